/** Resolves with the answer of the server's REST API; rejects with what it said is wrong. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok)
    throw new Error((body as { errors?: readonly string[] } | undefined)?.errors?.[0] ?? `The server answered ${response.status}.`);
  return body as T;
}
