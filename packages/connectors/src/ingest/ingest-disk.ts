import { constants, mkdir, open, unlink } from 'node:fs/promises';

/** The operations that can lose data, passed in so that a test can have them fail. */
export interface IngestDisk {
  /** Opens for writing, makes the file if need be. */
  open(path: string): Promise<SegmentFile>;
  remove(path: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /** Makes names in it durable. */
  syncDirectory(path: string): Promise<void>;
}

export interface SegmentFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export const nodeIngestDisk: IngestDisk = {
  async open(path) {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT);
    return {
      async write(bytes, position) {
        for (let done = 0; done < bytes.length; )
          done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      },
      sync: () => file.datasync(),
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
    };
  },
  remove: (path) => unlink(path),
  async makeDirectory(path) {
    await mkdir(path, { recursive: true });
  },
  async syncDirectory(path) {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};
