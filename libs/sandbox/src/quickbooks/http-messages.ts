import type { IncomingMessage, ServerResponse } from 'node:http';

const MOST_BODY_BYTES = 4 * 1024 * 1024;

export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_BODY_BYTES) reject(new Error('the body is too large'));
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the connection closed before the body was whole')));
  });
}

export function sendJson(response: ServerResponse, status: number, body: string): void {
  send(response, status, 'application/json;charset=UTF-8', body);
}

export function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': contentType, 'qbo-version': '1926.195' }).end(body);
}
