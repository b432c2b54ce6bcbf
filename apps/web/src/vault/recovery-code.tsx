import './vault.css';
import { t } from '@lingui/core/macro';
import { Download, Printer } from 'lucide-react';
import { useId, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';

/** A new recovery code, which is shown once, and the confirmation that it was saved. */
export function RecoveryCode(props: {
  readonly code: string;
  readonly onDone: () => void;
}): ReactElement {
  const { code, onDone } = props;
  const [saved, setSaved] = useState(false);
  const id = useId();
  return (
    <form
      className="gate-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (saved) onDone();
      }}
    >
      <output className="recovery-code" aria-label={t`Recovery code`}>
        {code}
      </output>
      <SaveButtons code={code} />
      <label className="check" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={saved}
          onChange={(event) => {
            setSaved(event.target.checked);
          }}
        />
        {t`I’ve saved the recovery code`}
      </label>
      <Button type="submit" look="primary" className="wide" disabled={!saved}>
        {t`Continue`}
      </Button>
    </form>
  );
}

function SaveButtons({ code }: { readonly code: string }): ReactElement {
  return (
    <div className="recovery-ways">
      <CopyButton text={code} label={t`Copy`} labelled />
      <Button
        onClick={() => {
          downloadAsText(code);
        }}
      >
        <Download aria-hidden="true" size={15} />
        {t`Download`}
      </Button>
      <Button
        onClick={() => {
          window.print();
        }}
      >
        <Printer aria-hidden="true" size={15} />
        {t`Print`}
      </Button>
    </div>
  );
}

function downloadAsText(code: string): void {
  const note = t`This code unlocks Postern’s vault and chats. Keep it secret.`;
  const text = `${t`Postern recovery code`}\n\n${code}\n\n${note}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'postern-recovery-code.txt';
  link.click();
  URL.revokeObjectURL(address);
}
