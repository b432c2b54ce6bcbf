import './comparison.css';

export { CompareButton, ComparedModels } from './compare-button.tsx';
export { Comparison } from './comparison.tsx';
