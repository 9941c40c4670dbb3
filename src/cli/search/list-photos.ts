import { FileError } from '../../core/index.ts';
import { inspectPath } from '../../io/disk/index.ts';
import { listImages } from '../../io/image/index.ts';
import { inShard } from '../shared/index.ts';
import type { Shard } from '../shared/index.ts';

/** The files among the inputs, and the images of the folders among them; those of one shard. */
export async function* listPhotos(inputs: readonly string[], shard?: Shard): AsyncGenerator<string> {
  for (const input of inputs) {
    const found = await inspectPath(input);
    if (found === 'nothing')
      throw new FileError(`Expected an image or a folder at ${input} but there is none`);
    if (found !== 'folder') {
      if (inShard(input, shard)) yield input;
      continue;
    }
    for await (const file of listImages(input)) if (inShard(file, shard)) yield file;
  }
}
