import { KernelError } from '../../kernels/index.ts';
import { BackendError, FileError, ModelError, ShapeError, WhitherError } from '../core/index.ts';
import { NothingFitsError } from '../stitch/index.ts';
import type { PackedError } from './messages.ts';

/** A worker thread ended before its calls did, or could not be started. */
export class WorkerError extends WhitherError {}

/** The classes that an error keeps on its way between threads; others become an `Error` of their name. */
const CLASSES: Readonly<Record<string, { readonly prototype: Error }>> = Object.fromEntries(
  [
    WhitherError,
    ShapeError,
    ModelError,
    BackendError,
    FileError,
    NothingFitsError,
    WorkerError,
    KernelError,
    TypeError,
    RangeError,
  ].map((type) => [type.name, type]),
);

/** An error, or whatever was thrown, as plain data. */
export function packError(thrown: unknown): PackedError {
  if (!(thrown instanceof Error)) return { type: 'Error', name: 'Error', message: String(thrown), rest: {} };
  const { name, message, stack, cause } = thrown;
  const type = Object.keys(CLASSES).findLast((key) => thrown instanceof (CLASSES[key] as typeof Error));
  const packed = { type: type ?? 'Error', name, message, stack, rest: restOf(thrown) };
  return cause instanceof Error ? { ...packed, cause: packError(cause) } : packed;
}

/** The properties beyond those of every error, as far as they are data. */
function restOf(error: Error): Record<string, unknown> {
  const own = Object.entries(error).filter(([key]) => key !== 'name');
  return Object.fromEntries(own.filter(([, value]) => isData(value)));
}

function isData(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** The error again, of its own class. */
export function unpackError({ type, name, message, stack, cause, rest }: PackedError): Error {
  const error = Object.create(CLASSES[type]?.prototype ?? Error.prototype) as Error;
  const hidden = { message, stack, ...(cause && { cause: unpackError(cause) }) };
  for (const [key, value] of Object.entries(hidden))
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  return Object.assign(error, { name }, rest);
}
