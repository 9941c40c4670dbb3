import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expected, FileError } from '../../core/index.ts';
import { asFileError, inspectPath } from '../disk/index.ts';
import type { FrameSink, FrameSinkOptions } from './types.ts';
import { writeImage } from '../image/index.ts';
import { checkFrame, makeQueue } from './sink-tools.ts';

const EXTENSION = '.png';

/** Makes the folder, or checks that the one that exists may be written into; gives the names of its PNG files. */
async function openFolder(
  path: string,
  { overwrite, resume }: FrameSinkOptions,
): Promise<{ created: boolean; images: string[] }> {
  const found = await inspectPath(path);
  if (found === 'file' || found === 'other')
    throw new FileError(`Expected a folder at ${path} but a file is in the way`);
  if (found === 'nothing') {
    await asFileError(`to make a folder ${path}`, mkdir(path, { recursive: true }));
    return { created: true, images: [] };
  }
  const names = await asFileError(`to list ${path}`, readdir(path));
  if (names.length > 0 && !overwrite && !resume)
    throw new FileError(
      `Expected an empty folder at ${path} but it has ${names.length} entries: ` +
        'pass overwrite to replace frames of the same names or resume to add those that are missing',
    );
  const images = names.filter((name) => name.endsWith(EXTENSION) && !name.startsWith('.'));
  return { created: false, images: images.map((name) => basename(name, EXTENSION)) };
}

/** A folder of PNG files, each of them written whole; see `createFrameSink`. */
export async function createFolderSink(path: string, options: FrameSinkOptions): Promise<FrameSink> {
  const { created, images } = await openFolder(path, options);
  const existing: ReadonlySet<string> = new Set(options.resume ? images : []);
  const enqueue = makeQueue();
  const written = new Set<string>();
  let count = 0;

  return {
    existing,
    write: (image, name) =>
      enqueue(async () => {
        checkFrame(image, options);
        const stem = name ?? String(count).padStart(6, '0');
        if (stem === '' || stem !== basename(stem)) throw expected('a file name', 'name', name);
        count++;
        if (existing.has(stem)) return;
        if (written.has(stem))
          throw new FileError(`Expected a name of its own for every frame but ${stem} came twice`);
        await writeImage(join(path, stem + EXTENSION), image, { overwrite: options.overwrite });
        written.add(stem);
      }),
    close: () => enqueue(async () => undefined),
    abort: () =>
      enqueue(async () => {
        if (created && written.size === 0) await rmdir(path).catch(() => undefined);
      }),
  };
}
