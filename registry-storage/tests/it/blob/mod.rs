mod conformance;
mod faulty;
mod naive;
