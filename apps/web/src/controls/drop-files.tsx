import { FileUp } from 'lucide-react';
import { useRef, useState, type DragEvent, type ReactElement, type ReactNode } from 'react';
import { Button } from './button.tsx';

/** A button that chooses files, in an area where they can be dropped too. */
export function DropFiles(props: {
  readonly className: string;
  /** The button's text. */
  readonly button: string;
  /** What the files are for. */
  readonly label: string;
  readonly multiple?: boolean;
  /** Types that the dialog of the browser offers. Default: all. */
  readonly accept?: string;
  readonly buttonRef?: (button: HTMLButtonElement | null) => void;
  /** At least one. */
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}): ReactElement {
  const {
    className,
    button,
    label,
    multiple = false,
    accept,
    buttonRef,
    onFiles,
    children,
  } = props;
  const input = useRef<HTMLInputElement>(null);
  const choose = (files: FileList | null): void => {
    if (files !== null && files.length > 0) onFiles([...files]);
  };
  return (
    // Dropping is a second way; the button does the same by keyboard.
    <div className={className} {...useDrop(choose)}>
      <Button
        ref={buttonRef}
        data-autofocus={buttonRef === undefined ? undefined : true}
        onClick={() => input.current?.click()}
      >
        <FileUp aria-hidden="true" size={15} />
        {button}
      </Button>
      {children}
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          choose(event.target.files);
          event.target.value = '';
        }}
      />
    </div>
  );
}

/** What an area needs so that files can be dropped on it. */
function useDrop(onDropped: (files: FileList) => void) {
  const [isOver, setOver] = useState(false);
  return {
    'data-over': isOver,
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => {
      setOver(false);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      onDropped(event.dataTransfer.files);
    },
  };
}
