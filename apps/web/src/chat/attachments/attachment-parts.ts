export { AttachButton } from './attach-button.tsx';
export { DraftFiles } from './draft-files-view.tsx';
export { DropTarget } from './drop-target.tsx';
export { KeptFiles } from './kept-files.tsx';
export { MessageFiles } from './message-files.tsx';
export { pasteFiles } from './paste-files.ts';
export { refusalOf, unreadKinds } from './readable-by.ts';
