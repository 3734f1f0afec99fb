import Basics

/// A value with its unit, as a person reads it (health §6.4).
public func valueText(_ value: Double, units: String) -> String { spokenValue(value, units: units) }
