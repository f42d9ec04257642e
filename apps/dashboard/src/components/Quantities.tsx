import type { Quantity } from '../format/duration.js';

/** Digits large, units small: 27m 32s. */
export function Quantities({ parts }: { readonly parts: readonly Quantity[] }) {
  return (
    <>
      {parts.map(({ value, unit }, index) => (
        <span key={unit} className="whitespace-nowrap">
          {index > 0 && ' '}
          {value}
          <Unit>{unit}</Unit>
        </span>
      ))}
    </>
  );
}

export function Unit({ children }: { readonly children: string }) {
  return <small className="font-medium text-body text-ink-3">{children}</small>;
}
