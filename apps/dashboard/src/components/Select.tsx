import { useId } from 'react';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  readonly className?: string;
}

/** The browser's own list; its label is for a screen reader, since the first option names it. */
export function Select({ label, value, options, onChange, disabled = false, className = '' }: Props) {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        className={`h-7 min-w-0 rounded-small border border-line bg-panel px-1.5 text-ink-2 text-small disabled:border-dashed disabled:text-ink-3 pointer-coarse:h-11 ${className}`}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </>
  );
}
