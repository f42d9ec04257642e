import { type IngestDisk, nodeIngestDisk, type SegmentFile } from '../ingest/ingest-disk.js';

type Operation = 'open' | 'write' | 'sync' | 'truncate' | 'remove' | 'makeDirectory' | 'syncDirectory';

/** The real disk, any of whose operations fails or waits when the test says so. For tests. */
export class FailingIngestDisk implements IngestDisk {
  readonly done: Operation[] = [];
  /** Given an operation, the code to fail with. */
  fail: (operation: Operation) => string | undefined = () => undefined;
  /** What an operation waits for. */
  before: (operation: Operation) => Promise<void> | undefined = () => undefined;

  async open(path: string): Promise<SegmentFile> {
    await this.#step('open');
    const file = await nodeIngestDisk.open(path);
    return {
      write: async (bytes, position) => {
        const code = this.fail('write');
        // A write that fails has written some of it.
        if (code !== undefined) await file.write(bytes.subarray(0, bytes.length >> 1), position);
        await this.#step('write');
        await file.write(bytes, position);
      },
      sync: async () => {
        await this.#step('sync');
        await file.sync();
      },
      truncate: async (length) => {
        await this.#step('truncate');
        await file.truncate(length);
      },
      close: () => file.close(),
    };
  }

  async remove(path: string): Promise<void> {
    await this.#step('remove');
    await nodeIngestDisk.remove(path);
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#step('makeDirectory');
    await nodeIngestDisk.makeDirectory(path);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#step('syncDirectory');
    await nodeIngestDisk.syncDirectory(path);
  }

  async #step(operation: Operation): Promise<void> {
    await this.before(operation);
    this.done.push(operation);
    const code = this.fail(operation);
    if (code !== undefined) throw Object.assign(new Error(`${code}: ${operation}`), { code });
  }
}
