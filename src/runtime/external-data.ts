import { ModelError } from '../core/index.ts';

/**
 * A reader of ONNX files (Protocol Buffers, onnx.proto of ONNX 1.23) that knows just enough of them to see whether a
 * tensor keeps its values in a file of its own. ONNX Runtime would read that file, wherever it lies.
 */

/** A kind of message: the fields that lead to tensors, by number. */
interface MessageKind {
  readonly fields: Readonly<Record<number, MessageKind>>;
  /** Of a tensor: the number of `data_location`, whose 0 means the file itself. */
  readonly location?: number;
}

const TENSOR: MessageKind = { fields: {}, location: 14 };
/** Values and indices. */
const SPARSE: MessageKind = { fields: { 1: TENSOR, 2: TENSOR } };
const [graphFields, nodeFields]: Record<number, MessageKind>[] = [{}, {}];
const GRAPH: MessageKind = { fields: graphFields };
const NODE: MessageKind = { fields: nodeFields };
/** Tensors and graphs of an attribute, one and many. */
const ATTRIBUTE: MessageKind = {
  fields: { 5: TENSOR, 6: GRAPH, 10: TENSOR, 11: GRAPH, 22: SPARSE, 23: SPARSE },
};
Object.assign(nodeFields, { 5: ATTRIBUTE });
/** Nodes, initializers, sparse initializers. */
Object.assign(graphFields, { 1: NODE, 5: TENSOR, 15: SPARSE });
/** Initialization and algorithm. */
const TRAINING: MessageKind = { fields: { 1: GRAPH, 2: GRAPH } };
/** Nodes, and the defaults of attributes. */
const FUNCTION: MessageKind = { fields: { 7: NODE, 11: ATTRIBUTE } };
const MODEL: MessageKind = { fields: { 7: GRAPH, 20: TRAINING, 25: FUNCTION } };

/** Ends of groups and what follows them are read as fields of what the group is in, which can only find more. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** Protocol Buffers themselves give up at 100. */
const MAX_DEPTH = 200;
/** Tags have 32 bits; Protocol Buffers pass over what is beyond. */
const MAX_TAG = 2 ** 32 - 1;

/**
 * Throws a {@link ModelError} where an ONNX graph has a tensor whose values lie elsewhere, in whatever subgraph, and where
 * the bytes are no sound message: what cannot be read cannot be vouched for. Each byte is read once at most.
 *
 * @param label names the graph in errors
 */
export function refuseExternalData(bytes: Uint8Array, label: string): void {
  if (isOrtFormat(bytes))
    throw new ModelError(`Expected an ONNX graph for ${label} but received one in ONNX Runtime's own format`);
  readMessage(new MessageReader(bytes, label), MODEL, bytes.length, 0);
}

/** FlatBuffers with the mark `ORTM`, which ONNX Runtime takes too. */
const isOrtFormat = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(4, 8)) === 'ORTM';

/** Reads the fields of one message, and of those in it that can hold tensors. */
function readMessage(reader: MessageReader, kind: MessageKind, end: number, depth: number): void {
  while (reader.at < end) {
    const tag = reader.varint(end);
    if (tag > MAX_TAG) throw reader.damaged();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === WIRE.varint) {
      if (reader.varint(end) !== 0 && field === kind.location) throw reader.external();
    } else if (wire === WIRE.bytes) {
      const length = reader.varint(end);
      const inner = kind.fields[field];
      if (!inner) reader.skip(length, end);
      else if (depth < MAX_DEPTH && length <= end - reader.at)
        readMessage(reader, inner, reader.at + length, depth + 1);
      else throw reader.damaged();
    } else if (wire === WIRE.fixed64) reader.skip(8, end);
    else if (wire === WIRE.fixed32) reader.skip(4, end);
    else if (wire !== WIRE.startGroup && wire !== WIRE.endGroup) throw reader.damaged();
  }
}

/** Reads a message from its start on; ModelError where its bytes make no sense. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #label: string;
  at = 0;

  constructor(bytes: Uint8Array, label: string) {
    this.#bytes = bytes;
    this.#label = label;
  }

  /** A number of at most ten bytes. Beyond 2^53 it is not exact, but neither 0 nor a length that fits. */
  varint(end: number): number {
    let [value, factor] = [0, 1];
    for (let i = 0; i < 10 && this.at < end; i++) {
      const byte = this.#bytes[this.at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    throw this.damaged();
  }

  skip(length: number, end: number): void {
    if (!(length <= end - this.at)) throw this.damaged();
    this.at += length;
  }

  damaged(): ModelError {
    return new ModelError(
      `Expected an ONNX graph for ${this.#label} but its bytes make no sense at ${this.at}: the file is damaged`,
    );
  }

  external(): ModelError {
    return new ModelError(
      `Expected a graph that holds all of its numbers for ${this.#label} but some are in another file: ` +
        'save it without external data',
    );
  }
}
