import { platformConformance } from '../conformance.ts';
import { aibotHarness } from './harness.ts';

platformConformance('智能机器人', () => aibotHarness());
