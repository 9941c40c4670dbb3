import { resolve } from 'node:path';
import { FileError } from '../../core/index.ts';
import type { OpenFile } from '../disk/index.ts';
import type { AvFormatContext, Ffmpeg } from './ffmpeg.ts';
import { checkCode, makeDictionary } from './ffmpeg.ts';

/**
 * The containers of video that are opened, by FFmpeg's names of their demuxers: none that names other files, as play lists
 * do (concat, HLS, DASH, SDP, numbered images), and none that draws text (ANSI art, subtitles).
 */
const CONTAINERS =
  'mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,flv,asf,ogg,nut,mxf,dv,yuv4mpegpipe,rm,wtv,gxf,mjpeg';

/** What FFmpeg answers for a container that is not in the list. */
const ERROR_INVALID_ARGUMENT = -22;

/**
 * Where FFmpeg reads: the open file itself. So what was checked is what is read, and nothing that has a name can be
 * opened, whatever a file inside asks for. Windows has a number of its own for a file in every library.
 */
function inputOf(file: OpenFile, path: string): { url: string; options: Record<string, string> } {
  if (process.platform === 'win32')
    return { url: `file:${resolve(path)}`, options: { protocol_whitelist: 'file' } };
  return { url: 'fd:', options: { protocol_whitelist: 'fd', fd: String(file.fd) } };
}

/** Opens the container of a video to read from it; whoever opens it closes it. */
export async function openContainer(ffmpeg: Ffmpeg, file: OpenFile, path: string): Promise<AvFormatContext> {
  const format = new ffmpeg.FormatContext();
  const input = inputOf(file, path);
  // MP4 can refer to tracks in other files: by relative names, and by absolute ones.
  const references = { enable_drefs: '0', use_absolute_path: '0' };
  const options = makeDictionary(ffmpeg, { format_whitelist: CONTAINERS, ...references, ...input.options });
  try {
    const code = await format.openInput(input.url, null, options);
    if (code === ERROR_INVALID_ARGUMENT)
      throw new FileError(
        `Expected a video at ${path} but it is in no container that is read: give MP4, MOV, Matroska, WebM, AVI or MPEG`,
      );
    checkCode(ffmpeg, code, `a video at ${path}`);
    return format;
  } finally {
    options.free();
  }
}
