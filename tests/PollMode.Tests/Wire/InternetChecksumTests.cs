using CsCheck;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Wire;

public sealed class InternetChecksumTests
{
    [Fact]
    public void Example_of_rfc_1071_section_3()
    {
        byte[] bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        Assert.Equal(0xddf2u, InternetChecksum.Sum(bytes));
        Assert.Equal(0x220d, InternetChecksum.Compute(bytes));
    }

    [Fact]
    public void A_known_ipv4_header()
    {
        byte[] header = Convert.FromHexString("45000073000040004011b861c0a80001c0a800c7");
        Assert.True(InternetChecksum.IsValid(header));
        header[10] = header[11] = 0;
        Assert.Equal(0xb861, InternetChecksum.Compute(header));
    }

    [Fact]
    public void Example_of_rfc_1624_section_4() =>
        Assert.Equal(0x0000, InternetChecksum.Update(0xdd2f, (ushort)0x5555, (ushort)0x3285));

    [Fact]
    public void Any_length_and_alignment_equals_the_naive_sum()
    {
        byte[] bytes = new byte[2048 + 64];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length < 600; length++)
        {
            for (int start = 0; start < 33; start++)
            {
                ReadOnlySpan<byte> part = bytes.AsSpan(start, length);
                Assert.Equal(NaiveChecksum.Sum(part), InternetChecksum.Sum(part));
            }
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xff)]
    public void Runs_of_one_byte_equal_the_naive_sum(byte value)
    {
        // All ones is where carries are lost, all zeros where the two zeros of one's complement differ.
        for (int length = 0; length < 70_000; length += length < 300 ? 1 : 7919)
        {
            byte[] bytes = new byte[length];
            Array.Fill(bytes, value);
            Assert.Equal(NaiveChecksum.Sum(bytes), InternetChecksum.Sum(bytes));
        }
    }

    [Fact]
    public void Sums_of_parts_add_up_to_the_sum_of_the_whole() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300]).Sample((left, right) =>
        {
            byte[] even = left[..(left.Length & ~1)];
            byte[] whole = [.. even, .. right];
            uint sum = InternetChecksum.Sum(right, InternetChecksum.Sum(even));
            return sum == NaiveChecksum.Sum(whole) && sum == InternetChecksum.Sum(even, InternetChecksum.Sum(right));
        });

    [Fact]
    public void Pseudo_headers_equal_the_sum_of_their_bytes() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte, Gen.Int[0, 65535]).Sample((addresses, protocol, length) =>
        {
            byte[] ipv4 = [.. addresses.AsSpan(0, 8), 0, protocol, (byte)(length >> 8), (byte)length];
            byte[] ipv6 = [.. addresses, 0, 0, (byte)(length >> 8), (byte)length, 0, 0, 0, protocol];
            return NaiveChecksum.Sum(ipv4) == InternetChecksum.PseudoHeader(
                    Ipv4Address.Read(addresses), Ipv4Address.Read(addresses.AsSpan(4)), (IpProtocol)protocol, length)
                && NaiveChecksum.Sum(ipv6) == InternetChecksum.PseudoHeader(
                    Ipv6Address.Read(addresses), Ipv6Address.Read(addresses.AsSpan(16)), (IpProtocol)protocol, length);
        });

    [Fact]
    public void A_udp_checksum_of_zero_is_stored_as_ones()
    {
        Assert.Equal(0xFFFF, InternetChecksum.FinishUdp(0xFFFF));
        Assert.Equal(0x0000, InternetChecksum.Finish(0xFFFF));
        Assert.Equal(0xFFFE, InternetChecksum.FinishUdp(0x0001));
    }
}
