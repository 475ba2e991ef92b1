namespace PollMode.Drivers.Traffic;

/// <summary>How the values of a header field are written.</summary>
internal enum FieldFormat
{
    Number,
    Mac,
    Ipv4,
    Ipv6,
}
