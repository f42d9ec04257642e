/** `taskmanager-2` is TaskManager 2 to a person; another id stays as it is. */
export function taskManagerName(id: string | undefined): string {
  const number = /^taskmanager-(\d+)$/.exec(id ?? '')?.[1];
  return number ? `TaskManager ${number}` : (id ?? '');
}

/** The parts of a chain, its first name alone: `Source: events -> Map` is `events`. */
export function vertexName(name: string): string {
  const head = name.split(' -> ')[0] ?? name;
  return head.replace(/^(Source|Sink): /, '');
}

export function checkpointName(id: number | undefined): string {
  return id === undefined ? '' : `chk-${id}`;
}
