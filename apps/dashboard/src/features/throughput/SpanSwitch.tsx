import { useMessages } from '../../messages/use-messages.js';
import { chooseSpan, SPANS, useTimeSpan } from '../time/time-axis.js';
import { throughputMessages } from './messages.js';

export function SpanSwitch() {
  const span = useTimeSpan();
  const text = useMessages(throughputMessages);
  return (
    <fieldset className="inline-flex overflow-hidden rounded-small border border-line">
      <legend className="visually-hidden">{text.spanName}</legend>
      {SPANS.map((choice) => (
        <button
          key={choice}
          type="button"
          aria-pressed={choice === span}
          onClick={() => chooseSpan(choice)}
          className="h-[26px] whitespace-nowrap px-2 text-ink-2 text-small hover:text-ink aria-pressed:bg-ink aria-pressed:font-semibold aria-pressed:text-panel pointer-coarse:h-11 pointer-coarse:min-w-11 [&+&]:border-line [&+&]:border-l"
        >
          {text.span[choice]}
        </button>
      ))}
    </fieldset>
  );
}
