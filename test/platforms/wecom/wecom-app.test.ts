import { platformConformance } from '../conformance.ts';
import { appHarness } from './harness.ts';

platformConformance('WeCom app', appHarness);
