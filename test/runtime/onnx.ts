/** Writes ONNX files (Protocol Buffers) of a few nodes, so that tests can make graphs that no honest tool would. */

/** A field: its number, and a number, a text, bytes or a message. */
export type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

export function message(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number * 8), varint(value)];
      const bytes = Buffer.from(value as Uint8Array);
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/** TensorProto of float32. */
export function tensor(name: string, dims: readonly number[], values: readonly number[]): Buffer {
  const raw = Buffer.from(Float32Array.from(values).buffer);
  return message(...dims.map((dim): Field => [1, dim]), [2, 1], [8, name], [9, raw]);
}

/** TensorProto whose values are said to lie in another file. */
export function externalTensor(name: string, location: string): Buffer {
  const entry = message([1, 'location'], [2, location]);
  return message([1, 1], [2, 1], [8, name], [13, entry], [14, 1]);
}

/** NodeProto. */
export function node(
  type: string,
  inputs: readonly string[],
  output: string,
  ...attributes: Buffer[]
): Buffer {
  const named = inputs.map((input): Field => [1, input]);
  return message(...named, [2, output], [4, type], ...attributes.map((attribute): Field => [5, attribute]));
}

/** A node that gives a tensor. */
export function constant(output: string, dims: readonly number[], values: readonly number[]): Buffer {
  return node('Constant', [], output, message([1, 'value'], [5, tensor('', dims, values)], [20, 4]));
}

const value = (name: string): Buffer => message([1, name], [2, message([1, message([1, 1])])]);

/** GraphProto of float32 inputs and outputs. */
export function graph(
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly Buffer[],
  initializers: readonly Buffer[] = [],
): Buffer {
  return message(
    ...nodes.map((each): Field => [1, each]),
    [2, 'graph'],
    ...initializers.map((each): Field => [5, each]),
    ...inputs.map((name): Field => [11, value(name)]),
    ...outputs.map((name): Field => [12, value(name)]),
  );
}

/** ModelProto. */
export const model = (graphBytes: Buffer, ...more: Field[]): Buffer =>
  message([1, 8], [7, graphBytes], [8, message([2, 17])], ...more);
