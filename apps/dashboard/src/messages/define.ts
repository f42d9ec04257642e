export type Language = 'ko' | 'en';

export type Shape<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => string ? (...args: A) => string : T[K] extends string ? string : Shape<T[K]>;
};

export type Messages<T> = Readonly<Record<Language, Shape<T>>>;

/** A table of texts, kept in a `messages.ts` beside what shows them. Korean must have every key that English has. */
export function defineMessages<T>(en: T & Shape<T>, ko: Shape<T>): Messages<T> {
  return { en, ko };
}
