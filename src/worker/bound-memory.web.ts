/** Memory of a page can be handed over. */
export const isBound = (): boolean => false;
