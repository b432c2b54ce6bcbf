import { Component, type ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import { Gate } from './gate.tsx';

/** Stands in for the page where its own code failed. */
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
        title="The page failed"
        lead={<p>Something in the page itself went wrong. Your chats are stored and safe.</p>}
      >
        <div className="gate-actions">
          <Button
            look="primary"
            onClick={() => {
              window.location.reload();
            }}
          >
            Reload the page
          </Button>
        </div>
      </Gate>
    );
  }
}
