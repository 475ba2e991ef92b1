using CsCheck;

namespace PollMode.Tests.Wire;

/// <summary>
/// Bytes to fuzz parsers with: good frames with a few bytes changed and the end cut off, since bytes made by chance never get past the first
/// header; and bytes made by chance.
/// </summary>
internal static class Mutants
{
    private static readonly byte[][] Good = Wire.Frames.All([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);

    private static readonly Gen<byte[]> Mutant =
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Select(Gen.Int[0, 130], Gen.Byte).Array[0, 6], Gen.Int[0, 200], Gen.Bool).Select((which, changes, length, cut) =>
        {
            byte[] frame = (byte[])Good[which].Clone();
            foreach ((int at, byte value) in changes)
            {
                frame[at % frame.Length] = value;
            }

            return cut ? frame[..Math.Min(length, frame.Length)] : frame;
        });

    internal static readonly Gen<byte[]> Frames = Gen.OneOf(Mutant, Mutant, Mutant, Gen.Byte.Array[0, 128]);
}
