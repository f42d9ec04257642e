import { Figure } from '../../components/Figure.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatCount, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { overviewMessages } from './messages.js';

/** What the newest completed checkpoint says was lost and doubled: the pipeline's ledger in short. */
export function ExactlyOnceFigure({ className }: { readonly className?: string }) {
  const text = useMessages(overviewMessages);
  const ledger = useDashboard((dashboard) => selectJob(dashboard)?.ledger);
  const wrong = ledger !== undefined && ledger.lost + ledger.doubled > 0;
  return (
    <Figure
      label={text.exactlyOnce}
      tone={wrong ? 'bad' : undefined}
      exact={ledger === undefined ? text.ledgerUnknown : text.ledgerExact(ledger)}
      {...(className === undefined ? {} : { className })}
    >
      {ledger === undefined ? (
        UNKNOWN
      ) : (
        <>
          <span data-testid="figure-lost" data-value={ledger.lost}>
            {formatCount(ledger.lost)}
          </span>
          {' · '}
          <span data-testid="figure-doubled" data-value={ledger.doubled}>
            {formatCount(ledger.doubled)}
          </span>
        </>
      )}
    </Figure>
  );
}
