import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Something that can happen to one file; undefined where it has no meaning for that file. */
export type Damage = (path: string, random: () => number) => void;

/** Parts of a file in the form of checkpoint/state-file.ts. */
type Part = 'magic' | 'version' | 'identity' | 'header checksum' | 'block header' | 'payload' | 'index' | 'footer' | 'end magic';

const FOOTER = 40;

function partsOf(bytes: Buffer): Record<Part, readonly [from: number, to: number]> {
  const header = 16 + bytes.readUInt32LE(12) + 4;
  const footer = bytes.length - FOOTER;
  const index = Number(bytes.readBigUInt64LE(footer + 8));
  return {
    magic: [0, 8],
    version: [8, 12],
    identity: [12, header - 4],
    'header checksum': [header - 4, header],
    'block header': [header, header + 8],
    payload: [header + 8, index],
    index: [index, footer],
    footer: [footer, bytes.length - 8],
    'end magic': [bytes.length - 8, bytes.length],
  };
}

export const PARTS: readonly Part[] = [
  'magic',
  'version',
  'identity',
  'header checksum',
  'block header',
  'payload',
  'index',
  'footer',
  'end magic',
];

/** One bit of that part. */
export function flip(part: Part): Damage {
  return (path, random) => {
    const bytes = readFileSync(path);
    const [from, to] = partsOf(bytes)[part];
    const at = from + Math.floor(random() * (to - from));
    bytes.writeUInt8((bytes[at] as number) ^ (1 << Math.floor(random() * 8)), at);
    writeFileSync(path, bytes);
  };
}

/** Zeros from a byte that is none up to the end of its part, or for a page. */
export function zero(part: Part): Damage {
  return (path, random) => {
    const bytes = readFileSync(path);
    const [from, to] = partsOf(bytes)[part];
    let at = from + Math.floor(random() * (to - from));
    while (at > from && bytes[at] === 0) at--;
    bytes.fill(0, at, Math.min(to, at + 4096));
    writeFileSync(path, bytes);
  };
}

export const whole: Readonly<Record<string, Damage>> = {
  'cut to nothing': (path) => truncateSync(path, 0),
  'cut in the middle': (path, random) => truncateSync(path, 1 + Math.floor(random() * (readFileSync(path).length - 1))),
  'cut by its last byte': (path) => truncateSync(path, readFileSync(path).length - 1),
  'made longer': (path) => writeFileSync(path, 'x', { flag: 'a' }),
  'all zeros': (path) => writeFileSync(path, Buffer.alloc(readFileSync(path).length)),
  deleted: (path) => rmSync(path),
  'replaced by a directory': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  'replaced by what is beside it': (path) => {
    const other = readdirSync(dirname(path)).find((name) => name !== basename(path)) as string;
    cpSync(join(dirname(path), other), path);
  },
  'exchanged with what is beside it': (path) => {
    const other = readdirSync(dirname(path)).find((name) => name !== basename(path)) as string;
    renameSync(path, `${path}.moving`);
    renameSync(join(dirname(path), other), path);
    renameSync(`${path}.moving`, join(dirname(path), other));
  },
  'replaced by the same of an older checkpoint': (path) => {
    const older = sameInOlder(path);
    cpSync(older, path);
  },
};

/** The file of the checkpoint before that holds the same operator and subtask; its name differs in the random end alone. */
function sameInOlder(path: string): string {
  const directory = dirname(path);
  const older = join(dirname(directory), `chk-${Number(basename(directory).slice('chk-'.length)) - 1}`);
  const stem = (name: string): string => name.replace(/-[0-9a-f]{16}$/, '');
  const same = readdirSync(older).find((name) => stem(name) === stem(basename(path)));
  return join(older, same ?? '_metadata');
}
