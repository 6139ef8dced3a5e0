/** One delivery of a webhook: the status of its answer, or why there was none. Redirects are not followed. */
export async function postWebhook(
  url: string,
  delivery: {
    readonly body: string | Uint8Array<ArrayBuffer>;
    readonly headers: Readonly<Record<string, string>>;
    readonly deadlineMs: number;
  },
): Promise<string> {
  const { body, headers, deadlineMs } = delivery;
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: deadline });
    await answer.arrayBuffer();
    return String(answer.status);
  } catch {
    return deadline.aborted ? 'none in time' : 'no connection';
  }
}
