import { useDashboard } from '../connection/store.js';
import { defineMessages } from '../messages/define.js';
import { useMessages } from '../messages/use-messages.js';
import { followKey } from '../view/actions.js';
import { FOLLOWED } from './choose-followed.js';
import { toggleFollowed, useFollowedKeys } from './followed-store.js';
import { KeyMark } from './KeyMark.js';
import { useKeyStyle } from './use-key-style.js';

const messages = defineMessages(
  { follow: (key: string) => `Follow ${key}`, followed: (key: string) => `${key} is followed; press to let it go` },
  { follow: (key) => `${key} 따라가기`, followed: (key) => `${key} 따라가는 중, 누르면 해제` },
);

/** A key with its mark. Where there are more keys than hues, pressing it asks for a hue of its own. */
export function KeyName({ name, className = '' }: { readonly name: string; readonly className?: string }) {
  const text = useMessages(messages);
  const style = useKeyStyle(name);
  const many = useDashboard((dashboard) => (dashboard.state?.keys.length ?? 0) > FOLLOWED);
  const asked = useFollowedKeys((followed) => followed.asked.includes(name));
  const shown = (
    <>
      <KeyMark style={style} />
      <span className="truncate">{name}</span>
    </>
  );
  const hover = { onPointerEnter: () => followKey(name), onPointerLeave: () => followKey(undefined) };
  const colour = { color: style ? `var(--key-${style.hue}-text)` : undefined };
  if (!many) {
    return (
      <span className={`inline-flex min-w-0 items-center gap-1 ${className}`} style={colour} {...hover}>
        {shown}
      </span>
    );
  }
  return (
    <button
      type="button"
      aria-pressed={asked}
      title={asked ? text.followed(name) : text.follow(name)}
      onClick={() => toggleFollowed(name)}
      className={`nodrag nopan pointer-events-auto inline-flex min-w-0 items-center gap-1 hover:underline ${asked ? 'font-semibold' : ''} ${className}`}
      style={colour}
      {...hover}
    >
      {shown}
    </button>
  );
}
