import { MessageReader, WIRE } from '../runtime/index.ts';

/** Fields of onnx.proto: the graph of a model, the initializers of a graph, the dims of a tensor. */
const [GRAPH, INITIALIZER, DIMS] = [7, 5, 1];

/** The numbers in the initializers of an ONNX graph, which has passed `refuseExternalData`: what was trained, and constants. */
export function countParameters(bytes: Uint8Array): number {
  const reader = new MessageReader(bytes, 'the graph');
  let count = 0;
  const countTensor = (end: number): void => {
    let product = 1;
    const multiply = (packedEnd: number): void => {
      while (reader.at < packedEnd) product *= reader.varint(packedEnd);
    };
    readFields(reader, end, DIMS, multiply, (dim) => (product *= dim));
    count += product;
  };
  readFields(reader, bytes.length, GRAPH, (end) => readFields(reader, end, INITIALIZER, countTensor));
  return count;
}

/** Calls `read` for each message of one field, up to its end, and `take` for each number; all else is passed over. */
function readFields(
  reader: MessageReader,
  end: number,
  wanted: number,
  read: (end: number) => void,
  take: (value: number) => void = () => undefined,
): void {
  while (reader.at < end) {
    const tag = reader.varint(end);
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === WIRE.varint) {
      const value = reader.varint(end);
      if (field === wanted) take(value);
    } else if (wire === WIRE.bytes) {
      const length = reader.varint(end);
      if (field === wanted) read(reader.at + length);
      else reader.skip(length, end);
    } else reader.skip(wire === WIRE.fixed64 ? 8 : 4, end);
  }
}
