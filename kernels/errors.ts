/** The errors of the kernels, which know nothing of the rest of the library. */

/** A compute backend that is unknown, absent on this machine, or unfit for the sizes asked for. */
export class KernelError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KernelError';
  }
}
