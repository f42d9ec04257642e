/** Name of an exchange, by the uids of the operators at its ends: so a checkpoint's data and counts find it again. */
export function exchangeName(sourceUid: string, targetUid: string): string {
  return `${sourceUid}->${targetUid}`;
}

export function exchangeUids(exchange: string): { readonly sourceUid: string; readonly targetUid: string } {
  const at = exchange.indexOf('->');
  return { sourceUid: exchange.slice(0, at), targetUid: exchange.slice(at + 2) };
}

/** One of its channels as a task names it: by the subtask at the other end. Also the name of the section with its in-flight data. */
export function channelName(exchange: string, peer: number): string {
  return `${exchange}@${peer}`;
}

export function channelParts(name: string): { readonly exchange: string; readonly peer: number } {
  const at = name.lastIndexOf('@');
  return { exchange: name.slice(0, at), peer: Number(name.slice(at + 1)) };
}
