import { Download, Printer } from 'lucide-react';
import { useId, useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { CopyButton } from '../controls/copy-button.tsx';
import { Gate } from '../shell/gate.tsx';

/** Shows the recovery code, once. */
export function RecoveryStep(props: {
  readonly code: string;
  readonly onDone: () => void;
}): ReactElement {
  const { code, onDone } = props;
  const [stored, setStored] = useState(false);
  const id = useId();
  return (
    <Gate
      title="Your recovery code"
      step={{ now: 2, of: 3 }}
      lead={
        <p>
          It opens Postern if the keyring or the passphrase is lost. It is shown <em>only now</em>:
          put it in a password manager, or on paper in a drawer.
        </p>
      }
    >
      <form
        className="gate-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (stored) onDone();
        }}
      >
        <output className="recovery-code" aria-label="Recovery code">
          {code}
        </output>
        <WaysToKeep code={code} />
        <label className="check" htmlFor={id}>
          <input
            id={id}
            type="checkbox"
            checked={stored}
            onChange={(event) => {
              setStored(event.target.checked);
            }}
          />
          I have stored the recovery code
        </label>
        <Button type="submit" look="primary" className="wide" disabled={!stored}>
          Continue
        </Button>
      </form>
    </Gate>
  );
}

function WaysToKeep({ code }: { readonly code: string }): ReactElement {
  return (
    <div className="recovery-ways">
      <CopyButton text={code} label="Copy" worded />
      <Button
        onClick={() => {
          saveAsText(code);
        }}
      >
        <Download aria-hidden="true" size={15} />
        Save as text
      </Button>
      <Button
        onClick={() => {
          window.print();
        }}
      >
        <Printer aria-hidden="true" size={15} />
        Print
      </Button>
    </div>
  );
}

function saveAsText(code: string): void {
  const words = `Postern recovery code\n\n${code}\n\nIt opens Postern's vault and chats. Keep it secret.\n`;
  const address = URL.createObjectURL(new Blob([words], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'postern-recovery-code.txt';
  link.click();
  URL.revokeObjectURL(address);
}
