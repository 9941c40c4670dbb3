/// <reference lib="dom" />
/** A kernel's thread in a browser: it goes back to its event loop for mail, and sleeps outside of it. */

import { MAIL } from './rounds.ts';
import { createThreadWork, reportFailure } from './thread-work.ts';
import type { Mail, ThreadWork } from './thread-work.ts';

/** The first message. */
export interface ThreadStart {
  readonly control: Int32Array;
  readonly thread: number;
}

function serve(control: Int32Array, thread: number, own: ThreadWork): void {
  let read = 0;
  const waiting = (): boolean => Atomics.load(control, MAIL + thread) !== read;
  const guard = (work: () => void): void => {
    try {
      work();
    } catch {
      reportFailure(control);
    }
  };
  onmessage = ({ data }: MessageEvent<Mail>) => {
    guard(() => own.receive(data));
    read = (read + 1) | 0;
    while (!waiting()) {
      own.sleep();
      if (!waiting()) guard(own.work);
    }
  };
}

onmessage = ({ data: { control, thread } }: MessageEvent<ThreadStart>) => {
  serve(control, thread, createThreadWork(control, thread));
  postMessage('ready');
};
