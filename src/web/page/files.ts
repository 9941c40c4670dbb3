/// <reference lib="dom" />
import { FileError, decodeFlo, encodeFlo, imageFrom } from '../index.ts';
import type { FlowField, Image } from '../index.ts';
import type { Layer } from './layers.ts';

/** The most that a page opens: what is drawn from it takes several times as much memory. */
const MAX_PIXELS = 50e6;

/** A file of the user's, read. */
export type OpenedFile =
  | { readonly kind: 'image'; readonly name: string; readonly image: Image }
  | { readonly kind: 'flow'; readonly name: string; readonly flow: FlowField };

export async function openFile(file: File): Promise<OpenedFile> {
  const { name } = file;
  if (!name.toLowerCase().endsWith('.flo'))
    return { kind: 'image', name, image: await imageFrom(file, { maxPixels: MAX_PIXELS }) };
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { kind: 'flow', name, flow: decodeFlo(bytes, { maxPixels: MAX_PIXELS }) };
}

/** The files that the server was given, to be opened first. */
export async function givenFiles(): Promise<File[]> {
  const response = await fetch('given.json');
  const addresses = response.ok ? ((await response.json()) as string[]) : [];
  return Promise.all(
    addresses.map(async (address) => {
      const file = await fetch(address);
      if (!file.ok) throw new FileError(`Expected ${address} from the server but received ${file.status}`);
      const name = decodeURIComponent(address.slice(address.lastIndexOf('/') + 1));
      return new File([await file.blob()], name);
    }),
  );
}

export const saveFlow = (flow: FlowField, name: string): void =>
  save(new Blob([encodeFlo(flow) as Uint8Array<ArrayBuffer>]), `${stem(name)}.flo`);

export const saveLayer = async (layer: Layer, name: string): Promise<void> =>
  save(await layer.convertToBlob(), `${stem(name)}.png`);

const stem = (name: string): string => name.replace(/\.\w+$/, '') || 'flow';

function save(blob: Blob, name: string): void {
  const link = Object.assign(document.createElement('a'), {
    href: URL.createObjectURL(blob),
    download: name,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}
