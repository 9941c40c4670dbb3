import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WhitherError, oneLine } from '../../core/index.ts';
import { readSiteFile, typeOf } from './site.ts';
import type { SiteFile } from './site.ts';

/**
 * Isolated, so that threads may share memory; nothing but its own files is fetched, and no text is run. WebAssembly needs a word
 * of its own.
 */
export const HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; " +
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

/** A page that is served. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves files on this machine alone.
 *
 * @param port 0 for any that is free
 * @param given files that the page opens first
 */
export async function servePage(
  site: readonly SiteFile[],
  port = 0,
  given: readonly SiteFile[] = [],
): Promise<ServedPage> {
  const files = new Map([...site, ...given].map((file) => [`/${file.address}`, file]));
  const list = JSON.stringify(given.map(({ address }) => address));
  const server = createServer((request, response) => {
    answer(request, response, files, list).catch((error: unknown) => fail(response, 500, oneLine(error)));
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new WhitherError(
          `Expected to listen on port ${port} but ${oneLine(cause)}: choose another with --port`,
          {
            cause,
          },
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Only under its own name: another one that leads here is a trick to read the user's files. */
const OWN_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

async function answer(
  { method, url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  files: ReadonlyMap<string, SiteFile>,
  given: string,
): Promise<void> {
  if (!OWN_HOST.test(headers.host ?? ''))
    return fail(response, 403, 'this page is served to this machine alone');
  if (method !== 'GET' && method !== 'HEAD')
    return fail(response, 405, 'files are read here, and nothing else');
  const path = new URL(url, 'http://page').pathname.replace(/\/$/, '/index.html');
  if (path === '/given.json') return send(response, 'given.json', Buffer.from(given));
  const file = files.get(path);
  if (!file) return fail(response, 404, `there is no ${path}`);
  return send(response, file.address, await readSiteFile(file));
}

function send(response: ServerResponse, address: string, bytes: Uint8Array): void {
  response.writeHead(200, { ...HEADERS, 'Content-Type': typeOf(address), 'Content-Length': bytes.length });
  response.end(bytes);
}

function fail(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}
