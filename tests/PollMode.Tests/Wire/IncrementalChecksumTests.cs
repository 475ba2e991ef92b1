using System.Buffers.Binary;
using CsCheck;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Wire;

public sealed class IncrementalChecksumTests
{
    private static readonly ushort[] Corners = [0x0000, 0x0001, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF];

    // The corners of one's complement come up in one case of two; by chance they never would.
    private static readonly Gen<ushort> Word = Gen.OneOf(Gen.Int[0, Corners.Length - 1].Select(i => Corners[i]), Gen.UShort);

    private static readonly Gen<ushort[]> Words = Word.Array[8, 24];

    [Fact]
    public void A_changed_16_bit_word() => Gen.Select(Words, Word, Gen.Int[0, 1000]).Sample((words, after, at) =>
        Check(words, at % words.Length, [after], (checksum, before, now) =>
            InternetChecksum.Update(checksum, BinaryPrimitives.ReadUInt16BigEndian(before), BinaryPrimitives.ReadUInt16BigEndian(now))), iter: 20_000);

    [Fact]
    public void A_changed_32_bit_word() => Gen.Select(Words, Word.Array[2], Gen.Int[0, 1000]).Sample((words, after, at) =>
        Check(words, at % (words.Length - 1), after, (checksum, before, now) =>
            InternetChecksum.Update(checksum, BinaryPrimitives.ReadUInt32BigEndian(before), BinaryPrimitives.ReadUInt32BigEndian(now))), iter: 20_000);

    [Fact]
    public void A_changed_ipv6_address() => Gen.Select(Words, Word.Array[8], Gen.Int[0, 1000]).Sample((words, after, at) =>
        Check(words, at % (words.Length - 7), after, (checksum, before, now) =>
            InternetChecksum.Update(checksum, BinaryPrimitives.ReadUInt128BigEndian(before), BinaryPrimitives.ReadUInt128BigEndian(now))), iter: 20_000);

    [Fact]
    public void Every_corner_against_every_corner()
    {
        foreach (ushort rest in Corners)
        {
            foreach (ushort before in Corners)
            {
                foreach (ushort after in Corners)
                {
                    Assert.True(Check([before, rest], 0, [after], (checksum, was, now) =>
                        InternetChecksum.Update(checksum, BinaryPrimitives.ReadUInt16BigEndian(was), BinaryPrimitives.ReadUInt16BigEndian(now))));
                }
            }
        }
    }

    [Fact]
    public void Data_that_becomes_all_zeros_is_the_one_exception()
    {
        ushort before = NaiveChecksum.Compute([0x08, 0x00]);
        Assert.Equal(0x0000, InternetChecksum.Update(before, (ushort)0x0800, (ushort)0));
        Assert.Equal(0xFFFF, InternetChecksum.Compute([0, 0]));
    }

    [Fact]
    public void Udp_keeps_no_checksum_and_never_makes_one()
    {
        Assert.Equal(0, InternetChecksum.UpdateUdp(0, (ushort)1, (ushort)2));
        Assert.Equal(0, InternetChecksum.UpdateUdp(0, 1u, 2u));
        Assert.Equal(0, InternetChecksum.UpdateUdp(0, UInt128.One, UInt128.Zero));
        Assert.Equal(0xFFFF, InternetChecksum.UpdateUdp(0xdd2f, (ushort)0x5555, (ushort)0x3285));
    }

    [Fact]
    public void A_udp_update_equals_computing_anew() => Gen.Select(Words, Word.Array[2], Gen.Int[0, 1000]).Sample((words, after, at) =>
    {
        int index = at % (words.Length - 1);
        byte[] bytes = ToBytes(words);
        ushort before = InternetChecksum.FinishUdp(NaiveChecksum.Sum(bytes));
        byte[] now = (byte[])bytes.Clone();
        ToBytes(after).CopyTo(now, index * 2);
        ushort updated = InternetChecksum.UpdateUdp(
            before, BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(index * 2)), BinaryPrimitives.ReadUInt32BigEndian(now.AsSpan(index * 2)));
        return !now.AsSpan().ContainsAnyExcept((byte)0) || updated == InternetChecksum.FinishUdp(NaiveChecksum.Sum(now));
    }, iter: 20_000);

    private static bool Check(ushort[] words, int index, ushort[] after, Func<ushort, byte[], byte[], ushort> update)
    {
        byte[] before = ToBytes(words);
        byte[] now = (byte[])before.Clone();
        byte[] change = ToBytes(after);
        change.CopyTo(now, index * 2);
        ushort updated = update(NaiveChecksum.Compute(before), before[(index * 2)..], now[(index * 2)..]);
        ushort anew = NaiveChecksum.Compute(now);
        return now.AsSpan().ContainsAnyExcept((byte)0) ? updated == anew : updated is 0 or 0xFFFF;
    }

    private static byte[] ToBytes(ushort[] words)
    {
        byte[] bytes = new byte[words.Length * 2];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i * 2), words[i]);
        }

        return bytes;
    }
}
