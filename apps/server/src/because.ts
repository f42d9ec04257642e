/** Behind what happened: its reason as far as one line goes; nothing where none is known. */
export function because(reason: string | undefined): string {
  const line = reason?.split('\n', 1)[0] ?? '';
  return line === '' ? '' : `: ${line}`;
}
