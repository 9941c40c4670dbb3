/** An RGB colour, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];
