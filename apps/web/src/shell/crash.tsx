import { t } from '@lingui/core/macro';
import { Component, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { Gate } from '../controls/gate.tsx';

/** Replaces the page after an uncaught error in its own code. */
export class Crash extends Component<
  { readonly children: ReactNode },
  { readonly crashed: boolean }
> {
  override readonly state = { crashed: false };

  static getDerivedStateFromError(): { readonly crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    return (
      <Gate
        title={t`Something went wrong`}
        lead={
          <p>{t`This page hit an unexpected error. Your chats are saved. Reload to continue.`}</p>
        }
      >
        <div className="gate-actions">
          <Button
            look="primary"
            onClick={() => {
              window.location.reload();
            }}
          >
            {t`Reload`}
          </Button>
        </div>
      </Gate>
    );
  }
}
