/// <reference lib="dom" />
/** Where a file of a model is. */
export const placeOf = (folder: string, file: string): string => new URL(file, folder).href;

/**
 * The whole of a file of a model.
 *
 * @throws Error where the server has none, or it has more than `maxBytes`
 */
export async function readModelBytes(
  folder: string,
  name: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const place = placeOf(folder, name);
  const response = await fetch(place);
  if (!response.ok) throw new Error(`${place} was answered with ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > maxBytes) throw new Error(`${place} has ${bytes.length} bytes, more than ${maxBytes}`);
  return bytes;
}
