/** The values of a .npy file of 32-bit floats, whatever its shape; `decodeNpy` of the library reads flow alone. */
export function decodeNpyValues(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 10 + view.getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(10, start));
  if (!header.includes("'<f4'") || header.includes("'fortran_order': True"))
    throw new Error(`Expected 32-bit floats row by row but the header says ${header}`);
  const count = (bytes.length - start) / 4;
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + 4 * i, true));
}
