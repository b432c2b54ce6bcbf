import { t } from '@lingui/core/macro';
import { ExternalLink } from 'lucide-react';
import type { ReactElement } from 'react';
import { CopyButton } from '../controls/copy-button.tsx';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { useStore } from '../state/store.ts';
import { linkRequest } from './link-request.ts';

/** Shows the full URL of a link before opening it. */
export function LinkDialog(): ReactElement | null {
  const address = useStore(linkRequest);
  if (address === undefined) return null;
  const close = (): void => {
    linkRequest.set(undefined);
  };
  const [before, host, after] = splitAtHost(address);
  return (
    <Dialog title={t`Open this link?`} onClose={close}>
      <p className="dialog-lead">{t`This link leaves Postern. Check the address before you open it.`}</p>
      <p className="link-address" dir="ltr">
        {before}
        <strong>{host}</strong>
        {after}
      </p>
      <footer className="dialog-actions">
        <CopyButton text={address.href} label={t`Copy address`} labelled />
        <span className="grow" />
        <Button onClick={close}>{t`Cancel`}</Button>
        <a
          className="button button-primary"
          href={address.href}
          target="_blank"
          rel="noopener noreferrer"
          onClick={close}
        >
          <ExternalLink aria-hidden="true" size={15} />
          {t`Open`}
        </a>
      </footer>
    </Dialog>
  );
}

/** Splits the address around its host, so that the host stands out. */
function splitAtHost(address: URL): readonly [string, string, string] {
  const { href, host } = address;
  const at = host === '' ? -1 : href.indexOf(host, address.protocol.length + 2);
  if (at === -1) return [href, '', ''];
  return [href.slice(0, at), host, href.slice(at + host.length)];
}
