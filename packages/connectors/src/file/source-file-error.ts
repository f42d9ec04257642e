import { WeirError } from '@weir/runtime';

/** A file that a source is to read cannot be read, or is not the one that had been read from. `path` names it. */
export class SourceFileError extends WeirError {
  readonly path: string;

  constructor(path: string, what: string, options?: { cause?: unknown }) {
    super('SOURCE_FILE', `${path} ${what}`, options);
    this.path = path;
  }

  static unreadable(path: string, cause: unknown): SourceFileError {
    if (cause instanceof SourceFileError) return cause;
    const { code, message } = cause as { code?: string; message?: string };
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'permission denied'
          : code === 'EISDIR'
            ? 'it is a directory'
            : message;
    return new SourceFileError(path, `cannot be read: ${why}`, { cause });
  }
}
