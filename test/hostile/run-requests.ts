import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import type { Answer, Request } from './child.ts';

/** How a request ended: as the child said, or with the child. */
export interface Ending extends Omit<Answer, 'outcome'> {
  readonly outcome: Answer['outcome'] | 'crash' | 'hang';
}

/** No file may take longer, in milliseconds. */
const LIMIT = 20_000;

/** Waits for the child's word about a request, its end, or the end of patience. */
function ask(child: ChildProcess, request: Request): Promise<Ending> {
  return new Promise((resolve) => {
    const finish = (outcome: Ending['outcome'], told: string, megabytes = 0): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve({ id: request.id, outcome, told, megabytes });
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      finish('hang', `no answer in ${LIMIT / 1000} s`);
    }, LIMIT);
    child.on('message', ({ outcome, told, megabytes }: Answer) => finish(outcome, told, megabytes));
    child.on('exit', (code, signal) => finish('crash', `exit ${code}, ${signal}`));
    child.send(request);
  });
}

/**
 * Runs requests one after the other in a child process, and in a new one after each that does not survive. What takes too
 * long is tried a second time, for the machine may have been busy.
 *
 * @param program the bundled child
 */
export async function runRequests(program: string, requests: Iterable<Request>): Promise<Ending[]> {
  const start = (): ChildProcess => fork(program, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const endings: Ending[] = [];
  let child = start();
  for (const request of requests) {
    let ending = await ask(child, request);
    if (ending.outcome === 'hang') {
      child = start();
      ending = await ask(child, request);
    }
    if (ending.outcome === 'hang' || ending.outcome === 'crash') child = start();
    endings.push(ending);
  }
  child.kill();
  return endings;
}
