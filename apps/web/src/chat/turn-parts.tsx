import './edit-message.css';
import './message-menu.css';

export { AnswerEnd } from './answer-end.tsx';
export { EditMessage } from './edit-message.tsx';
export { MessageMenu } from './message-menu.tsx';
export { QuoteButton } from './quote-button.tsx';
export { StalledAnswer } from './stalled-answer.tsx';
