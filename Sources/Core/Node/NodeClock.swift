public import Basics
public import System

/// The machine's clock, as everything above is given it.
extension SystemClock: Clock {}
