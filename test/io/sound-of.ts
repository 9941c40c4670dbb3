import { openContainer } from '../../src/io/frames/open-container.ts';
import { AV, loadFfmpeg } from '../../src/io/frames/ffmpeg.ts';
import { openRegular } from '../../src/io/disk/index.ts';

/** The bytes of sound, and when the last of it begins in seconds. */
export async function soundOf(path: string): Promise<{ bytes: number; last: number }> {
  const ffmpeg = loadFfmpeg('to read a test');
  const file = await openRegular(path, 'a video');
  const format = await openContainer(ffmpeg, file, path);
  await format.findStreamInfo(null);
  const packet = new ffmpeg.Packet();
  packet.alloc();
  const found = { bytes: 0, last: -1 };
  while ((await format.readFrame(packet)) >= 0) {
    const { codecpar, timeBase } = format.streams![packet.streamIndex];
    if (codecpar.codecType === AV.MEDIA_TYPE_AUDIO) {
      found.bytes += packet.size;
      found.last = (Number(packet.pts) * timeBase.num) / timeBase.den;
    }
    packet.unref();
  }
  packet.free();
  await format.closeInput();
  await file.close();
  return found;
}
