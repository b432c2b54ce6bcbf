import type { ComponentProps, ReactElement } from 'react';
import { Spinner } from './spinner.tsx';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet';
  /** Shows a spinner and disables the button while its action runs. */
  readonly busy?: boolean;
}

export function Button(props: ButtonProps): ReactElement {
  const { look = 'plain', busy = false, children, className = '', disabled, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look} ${className}`}
      disabled={disabled === true || busy}
      aria-busy={busy}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

/** An icon without text; `label` is its accessible name and its tooltip. */
export function IconButton(
  props: ComponentProps<'button'> & {
    readonly label: string;
    readonly tipAt?: 'above' | 'below' | 'left' | 'right';
  },
): ReactElement {
  const { label, tipAt = 'above', className = '', ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={`icon-button ${className}`}
      aria-label={label}
      data-tip={label}
      data-tip-at={tipAt}
    />
  );
}
