import type { IncomingMessage, ServerResponse } from 'node:http';

/** More than any delivery seen; a larger one is refused before it fills the memory. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A request whose bytes were kept as they came. */
export type WithRawBody = IncomingMessage & { rawBody?: Buffer };

/** Keeps the bytes of a request that is signed: no parser before it may refuse or change them. */
export function keepRawBody(request: WithRawBody, response: ServerResponse, next: (error?: unknown) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > MOST_BYTES) {
      response.writeHead(413).end();
      return;
    }
    request.rawBody = Buffer.concat(chunks);
    next();
  });
  request.on('error', next);
}
