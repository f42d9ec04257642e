import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Copies a stream to a file, so that it can be read again after a failure. The file is complete and durable once it has its name. Resolves to its size. */
export async function spool(input: AsyncIterable<Uint8Array>, path: string): Promise<number> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w');
  let size = 0;
  try {
    for await (const bytes of input) {
      await file.writeFile(bytes);
      size += bytes.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  return size;
}
