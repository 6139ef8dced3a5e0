import type { IncomingMessage } from 'node:http';
import Stripe from 'stripe';

type HttpClient = ReturnType<typeof Stripe.createNodeHttpClient>;

/** The library's own client over Node's http (it follows no redirect), giving up on an answer of more than `most` characters. */
export function cappedHttp(most: number): HttpClient {
  const client = Stripe.createNodeHttpClient();
  const ask = client.makeRequest.bind(client);
  client.makeRequest = async (...call) => {
    const response = await ask(...call);
    const stream = response.getRawResponse() as IncomingMessage;
    let size = 0;
    stream.on('data', (chunk: string | Buffer) => {
      size += chunk.length;
      if (size > most) stream.destroy(new Error('the answer is too large'));
    });
    return response;
  };
  return client;
}
