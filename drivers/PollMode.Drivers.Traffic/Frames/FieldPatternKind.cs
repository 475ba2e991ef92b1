namespace PollMode.Drivers.Traffic;

/// <summary>How a field changes from packet to packet.</summary>
internal enum FieldPatternKind
{
    Fixed,
    Increment,
    Random,
    List,
}
