export { PromptButton } from './prompt-button.tsx';
export { SlashMenu } from './slash-menu.tsx';
