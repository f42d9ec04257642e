import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the log. Its name says what it begins with, so that finding a place opens none. */
export interface Segment {
  readonly path: string;
  /** Number of its first event. */
  readonly first: number;
  /** Bytes of the log before it. */
  readonly base: number;
}

const NAME = /^segment-(\d{16})-(\d{16})\.log$/;
const digits = (value: number): string => String(value).padStart(16, '0');

export function segmentAt(directory: string, first: number, base: number): Segment {
  return { path: join(directory, `segment-${digits(first)}-${digits(base)}.log`), first, base };
}

/** Oldest first. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const names = await readdir(directory);
  return names
    .sort()
    .map((name) => NAME.exec(name))
    .filter((match) => match !== null)
    .map((match) => segmentAt(directory, Number(match[1]), Number(match[2])));
}
